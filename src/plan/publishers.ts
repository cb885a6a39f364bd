import type { Identity, Publication } from '../workloads/workload.ts';
import { identity, jobContext } from './identity.ts';
import type { Plan } from './plan.ts';
import { publicationOf, type StreamPlace, streamFinder } from './streams.ts';

/** Who publishes a stream, and what. */
export interface Publisher {
  readonly place: StreamPlace;
  readonly who: Identity;
  readonly publication: Publication;
}

/** Finds the publisher of a stream by its number; undefined: the plan has no such stream. */
export function publisherFinder(plan: Plan): (stream: number) => Publisher | undefined {
  const find = streamFinder(plan);
  return (stream) => {
    const place = find(stream);
    if (place === undefined) return undefined;
    const who = identity(plan, place.group, place.index);
    const publication = publicationOf(place.job, who, jobContext(plan, place.group));
    return publication === undefined ? undefined : { place, who, publication };
  };
}
