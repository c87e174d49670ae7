// What a filter says of a text that it turns away.

/** A short name that is counted, and what a person wants to know. */
export interface FilterRefusal {
  readonly reason: string;
  readonly detail: string;
}
