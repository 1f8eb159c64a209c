/** The last row of a form that publishes: publish, or send for review where the organisation wants that, and keep it as a draft. Pure props. */
import { t } from '../base/language.ts';
import type { ReviewSetting } from './review/view.ts';

/** Where drafts of a matter are kept. */
export const draftsPath = (matter: string) => `/desk/matters/${matter}/writing`;

/** @param publish what the button says that publishes at once */
export function PublishButtons(props: {
  readonly matter: string;
  readonly setting: ReviewSetting;
  readonly publish: string;
}) {
  const to = draftsPath(props.matter);
  return (
    <div class="submit">
      {props.setting.second ? (
        <button class="usa-button" type="submit" formaction={to} name="act" value="submit">
          {t('said.review.send')}
        </button>
      ) : (
        <button class="usa-button" type="submit">
          {props.publish}
        </button>
      )}
      <button class="usa-button usa-button--outline" type="submit" formaction={to} name="act" value="save">
        {t('said.draft.save')}
      </button>
    </div>
  );
}
