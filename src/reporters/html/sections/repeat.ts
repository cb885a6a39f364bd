import type { Result } from '../../../verdict/result.ts';
import { again, ranOn } from '../../again.ts';
import { html } from '../markup.ts';
import { type Section, section } from './section.ts';

/** How to run it again, and what ran. */
export const repeat: Section = ({ run }) => {
  const command = again(run);
  const { scenario, versions } = run;
  return section(
    'repeat',
    'How to repeat it',
    command !== '' && html`<pre class="command"><code>${command}</code></pre>`,
    html`<p class="lead">${ranOn(run)}, ${versions.cpu}; seed ${run.seed}, started ${run.startedAt}, ended ${run.endedAt}.</p>`,
    scenarioText('The scenario as written', scenario.text, `SHA-256 ${scenario.sha256}`),
    scenario.asRun.text === scenario.text
      ? undefined
      : scenarioText('The scenario as it ran', scenario.asRun.text, asRunNote(scenario.asRun)),
  );
};

function scenarioText(title: string, text: string, note: string) {
  if (text === '') return undefined;
  return html`<details><summary>${title}</summary>${note !== '' && html`<p class="lead">${note}</p>`}
<pre><code>${text}</code></pre></details>`;
}

function asRunNote({ secrets }: Result['run']['scenario']['asRun']): string {
  return secrets.length === 0 ? '' : `Secrets that were left out: ${secrets.join(', ')}`;
}
