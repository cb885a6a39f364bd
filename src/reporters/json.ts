import type { OpenReporter } from './reporter.ts';

/** The result file as it is. */
export const json: OpenReporter = ({ stream }) => ({
  mediaType: 'application/json',
  end(result) {
    stream.write(`${JSON.stringify(result, null, 2)}\n`);
  },
});
