/** The top of a page: where one is (crumbs), its name, labels such as "example", one line of what it is. */

import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import { Tag } from './mark.tsx';

export interface HeadingProps {
  readonly title: Child;
  readonly tags?: readonly string[];
  readonly lead?: Child;
  /** the way here, outermost first, without this page */
  readonly crumbs?: readonly { readonly text: string; readonly href: string }[];
}

export function Heading({ title, tags, lead, crumbs }: HeadingProps) {
  return (
    <div class="heading">
      {crumbs && crumbs.length > 0 ? (
        <nav class="crumbs" aria-label={t('ui.crumbs')}>
          <ol>
            {crumbs.map((crumb) => (
              <li>
                <a href={crumb.href}>{crumb.text}</a>
              </li>
            ))}
          </ol>
        </nav>
      ) : null}
      <h1>
        {title}
        {(tags ?? []).map((tag) => (
          <>
            {' '}
            <Tag>{tag}</Tag>
          </>
        ))}
      </h1>
      {lead ? <p class="lead">{lead}</p> : null}
    </div>
  );
}
