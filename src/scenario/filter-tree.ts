/** A subscriber: a client by its number, or a share by its name. */
type Subscriber = number | string;

type Branch<Job> = {
  readonly children: Map<string, Branch<Job>>;
  /** Who subscribes here, by job. */
  readonly jobs: Map<Job, Set<Subscriber>>;
};

/** Topic filters by level: finds the subscriptions that a topic reaches without looking at all of them. */
export class FilterTree<Job> {
  readonly #root: Branch<Job> = makeBranch();

  add(filterLevels: readonly string[], job: Job, subscriber: Subscriber): void {
    let branch = this.#root;
    for (const level of filterLevels) {
      let next = branch.children.get(level);
      if (next === undefined) {
        next = makeBranch();
        branch.children.set(level, next);
      }
      branch = next;
    }
    const subscribers = branch.jobs.get(job) ?? new Set();
    branch.jobs.set(job, subscribers.add(subscriber));
  }

  /** How many subscribers of each job a topic reaches, or may reach where a null level varies; each is counted once. */
  reached(levels: readonly (string | null)[]): Map<Job, number> {
    const branches: Branch<Job>[] = [];
    collect(this.#root, levels, 0, branches);
    const counts = new Map<Job, number>();
    const [first] = branches;
    if (first !== undefined && branches.length === 1) {
      for (const [job, subscribers] of first.jobs) counts.set(job, subscribers.size);
      return counts;
    }
    // A client with several filters that match gets one delivery, which goes to the first of its jobs.
    const seen = new Set<Subscriber>();
    for (const { jobs } of branches) {
      for (const [job, subscribers] of jobs) {
        for (const subscriber of subscribers) {
          if (seen.has(subscriber)) counts.set(job, counts.get(job) ?? 0);
          else counts.set(job, (counts.get(job) ?? 0) + 1);
          seen.add(subscriber);
        }
      }
    }
    return counts;
  }
}

/** The rules are those of `matches` in mqtt/topics.ts. */
function collect<Job>(branch: Branch<Job>, levels: readonly (string | null)[], at: number, found: Branch<Job>[]): void {
  const hidden = at === 0 && levels[0]?.startsWith('$') === true;
  const all = branch.children.get('#');
  if (all !== undefined && !hidden && all.jobs.size > 0) found.push(all);
  if (at === levels.length) {
    if (branch.jobs.size > 0) found.push(branch);
    return;
  }
  const level = levels[at];
  for (const [name, child] of level === null || level === undefined ? branch.children : candidates(branch, level)) {
    if (name !== '#' && !(name === '+' && hidden)) collect(child, levels, at + 1, found);
  }
}

function* candidates<Job>(branch: Branch<Job>, level: string): Generator<[string, Branch<Job>]> {
  const exact = branch.children.get(level);
  if (exact !== undefined) yield [level, exact];
  const any = branch.children.get('+');
  if (any !== undefined && level !== '+') yield ['+', any];
}

function makeBranch<Job>(): Branch<Job> {
  return { children: new Map(), jobs: new Map() };
}
