/** Words for screen readers alone: what a short link is of. A tag of messages: `rich('record.receipt-of', { more: quiet, … })`. */
import type { Child } from 'hono/jsx';

export const quiet = (words: Child) => <span class="usa-sr-only">{words}</span>;
