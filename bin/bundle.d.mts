/** Types of bundle.mjs, for the tests. */
export interface Programs {
  readonly server: string;
  readonly cli: string;
  readonly compiled: string;
}
export function bundled(): Programs | null;
export function bundle(): Promise<Programs | null>;
