import type { OpenReporter } from './reporter.ts';

/** The result file as it is. */
export const json: OpenReporter = ({ stream }) => ({
  end(result) {
    stream.write(`${JSON.stringify(result, null, 2)}\n`);
  },
});
