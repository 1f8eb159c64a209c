/** Addresses of styles and scripts for tests that look at pages without a browser. Nothing lies there. */
import type { Assets } from '../../src/ui/assets.ts';

export const PLAIN_ASSETS: Assets = { url: (name) => `/assets/${name}`, get: () => undefined, names: [] };
