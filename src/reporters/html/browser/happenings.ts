import type uPlot from 'uplot';
import type { PageData } from '../page-data.ts';
import { faint, ink } from './page.ts';

const leastSpace = 16;

/** Bands for outages and for what was not measured, below the lines; a dashed line for each event, with its number in the list. */
export function happenings({ marks, spans }: Pick<PageData, 'marks' | 'spans'>): uPlot.Plugin {
  const inks = {
    warmUp: faint(ink('muted'), 0.09),
    draining: faint(ink('muted'), 0.09),
    outage: faint(ink('bad'), 0.12),
  };
  const muted = ink('muted');
  const place = (u: uPlot, seconds: number) => {
    const { left, width } = u.bbox;
    return Math.max(left, Math.min(left + width, u.valToPos(seconds, 'x', true)));
  };
  return {
    hooks: {
      drawClear(u) {
        const { top, height } = u.bbox;
        for (const { kind, from, to } of spans) {
          u.ctx.fillStyle = inks[kind];
          const left = place(u, from);
          u.ctx.fillRect(left, top, Math.max(1, place(u, to) - left), height);
        }
      },
      drawAxes(u) {
        const { ctx, bbox } = u;
        const scale = devicePixelRatio;
        ctx.save();
        ctx.strokeStyle = faint(muted, 0.6);
        ctx.fillStyle = muted;
        ctx.lineWidth = scale;
        ctx.setLineDash([2 * scale, 3 * scale]);
        ctx.font = `${10 * scale}px system-ui, sans-serif`;
        ctx.textAlign = 'center';
        ctx.textBaseline = 'bottom';
        let free = Number.NEGATIVE_INFINITY;
        for (const { number, at } of marks) {
          const x = u.valToPos(at, 'x', true);
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          if (x < free) continue;
          ctx.fillText(String(number), x, bbox.top - 2 * scale);
          free = x + leastSpace * scale;
        }
        ctx.restore();
      },
    },
  };
}
