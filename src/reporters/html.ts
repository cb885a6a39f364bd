import { htmlReport } from './html/page.ts';
import type { OpenReporter } from './reporter.ts';

/** One page for people, with charts, that needs nothing beside itself. */
export const html: OpenReporter = ({ stream }) => ({
  mediaType: 'text/html; charset=utf-8',
  end(result, base) {
    stream.write(htmlReport(result, base));
  },
});
