/**
 * A receipt drawn as a slip: the issuer's half left, the recipient's half right, both with the same number and the same rosette, a
 * perforation between them. On a phone the halves stand one above the other. It shows a receipt and checks nothing.
 */

import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import { rosette } from './rosette.ts';
import { Time } from './time.tsx';

export interface SlipProps {
  /** 32 bytes */
  readonly commitment: Uint8Array;
  /** position in the log; null while no checkpoint covers the entry */
  readonly position: number | null;
  readonly logOrigin: string;
  /** what happened, in plain words: "Request served", "Answer sent" */
  readonly title: string;
  readonly at: Date;
  readonly zone: string;
  /** the hour is not known: the slip shows the day alone */
  readonly dayOnly?: boolean;
  readonly issuer: Half;
  readonly recipient: Half;
  /** facts in one line each, under both halves: documents, items */
  readonly facts?: readonly { readonly name: string; readonly value: Child }[];
  /** who has signed what the receipt carries; left out where that was not looked up */
  readonly witnessed?: { readonly signed: number; readonly of: number; readonly complete: boolean } | null;
  /** addresses of the receipt; left out where there is none yet */
  readonly json?: string;
  readonly pdf?: string;
  /** where the reader can verify it; default `/verify` */
  readonly verify?: string;
  /** level of the title in the page, 2 or 3 */
  readonly level?: 2 | 3;
}

/** One side of the slip. */
export interface Half {
  readonly name: string;
  /** what this side holds or did: "asked for 10 items", "answered 8 of 10" */
  readonly line?: Child;
}

function HalfView({ side, half, slip }: { side: 'issuer' | 'recipient'; half: Half; slip: SlipProps }) {
  return (
    <div class={`slip__half slip__half--${side}`}>
      {raw(rosette(slip.commitment, 104))}
      <div class="slip__words">
        <p class="slip__side">{t(side === 'issuer' ? 'ui.slip.issuer' : 'ui.slip.recipient')}</p>
        <p class="slip__name">{half.name}</p>
        {half.line ? <p class="slip__line">{half.line}</p> : null}
        <p class="slip__number">
          {slip.position === null ? t('ui.slip.number-follows') : t('ui.slip.number', { n: slip.position })}
        </p>
      </div>
    </div>
  );
}

/** Who has signed, in one line: a receipt that waits for witnesses says so. */
export function signedWords({ signed, of, complete }: NonNullable<SlipProps['witnessed']>): string {
  if (of === 0) return t('ui.slip.signed.log');
  return t(complete ? 'ui.slip.signed.complete' : 'ui.slip.signed.so-far', { signed, of });
}

export function Slip(props: SlipProps) {
  const Title = props.level === 3 ? 'h3' : 'h2';
  return (
    <article class="slip">
      <header class="slip__head">
        <Title class="slip__title">{props.title}</Title>
        <p class="slip__time">
          <Time at={props.at} zone={props.zone} seconds dayOnly={props.dayOnly} />
        </p>
      </header>
      <div class="slip__paper">
        <HalfView side="issuer" half={props.issuer} slip={props} />
        <HalfView side="recipient" half={props.recipient} slip={props} />
      </div>
      {props.facts && props.facts.length > 0 ? (
        <dl class="facts slip__facts">
          {props.facts.map((fact) => (
            <div>
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      <p class="slip__log">
        {props.position === null
          ? t('ui.slip.on-its-way', { log: props.logOrigin })
          : t('ui.slip.position', { n: props.position, log: props.logOrigin })}
      </p>
      {props.witnessed ? <p class="slip__log">{signedWords(props.witnessed)}</p> : null}
      {props.json || props.pdf ? (
        <p class="slip__keep">
          <span>{t('ui.slip.keep')}</span>
          {props.pdf ? (
            <a href={props.pdf} download>
              {t('ui.slip.pdf')}
            </a>
          ) : null}
          {props.json ? (
            <a href={props.json} download>
              {t('ui.slip.json')}
            </a>
          ) : null}
          <a href={props.verify ?? '/verify'}>{t('ui.slip.verify')}</a>
        </p>
      ) : null}
    </article>
  );
}
