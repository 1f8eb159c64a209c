/** By what a board's rows can be put in order. */
export const SORTS = ['recipient', 'state', 'clock'] as const;

export interface BoardSort {
  readonly by: (typeof SORTS)[number];
  readonly down: boolean;
}
