/** What the page's script reads from the page. It stands alone: the script is compiled for browsers. */
export type PageData = {
  readonly charts: readonly {
    readonly title: string;
    readonly note: string;
    readonly unit: Unit;
    readonly lines: readonly LineLook[];
  }[];
  readonly distributions: readonly LineLook[];
  /** 1/(1-p) of each value of a distribution. */
  readonly tails: readonly number[];
  readonly run: RunData;
  /** Drawn dashed below the other. */
  readonly base: RunData | null;
  readonly marks: readonly Mark[];
  readonly spans: readonly Span[];
};

/** What stands behind a value: `%` of 1, ms and bytes in the unit that fits. */
export type Unit = 'ms' | '/s' | '' | '%' | 'bytes';

/** `ink`: the number of its colour in the style sheet; `sparse`: read now and then, so the line goes on over the gaps. */
export type LineLook = {
  readonly label: string;
  readonly ink: number;
  readonly width: number;
  readonly sparse?: boolean;
};

/** First the run as a whole. */
export type RunData = { readonly parts: readonly PartData[] };

/** The run, or one group of it. */
export type PartData = {
  /** Empty: the run as a whole. */
  readonly group: string;
  /** Seconds that a point stands for. */
  readonly step: number;
  /** Seconds from the start of the load at which each point begins. */
  readonly t: readonly number[];
  /** Those of all charts in their order, each as long as `t`; null: never anything but zero or nothing. */
  readonly lines: readonly (readonly (number | null)[] | null)[];
  /** Milliseconds at each of `tails`, as far as there are any. */
  readonly distributions: readonly (readonly number[])[];
};

/** Something that happened, at so many seconds from the start of the load; `number` is its place in the list of events. */
export type Mark = { readonly number: number; readonly at: number };

/** From when to when, in seconds from the start of the load. */
export type Span = { readonly kind: 'warmUp' | 'draining' | 'outage'; readonly from: number; readonly to: number };
