// The worlds of the slices that combine two or three independent facts.

/** Which of three facts hold. */
export interface Facts {
  readonly a: boolean;
  readonly b: boolean;
  readonly c: boolean;
}

export const allFacts: readonly Facts[] = [false, true].flatMap((a) =>
  [false, true].flatMap((b) => [false, true].map((c) => ({ a, b, c }))),
);
