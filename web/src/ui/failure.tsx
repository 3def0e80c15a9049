import type { ApiError } from "../api/client";
import { useLanguage, useTexts } from "../i18n/language";
import type { SameShape } from "../i18n/translations";
import { Notice } from "./notice";
import { uiTexts } from "./strings";

type UiTexts = SameShape<(typeof uiTexts)["en"]>;

// Title and cure of a failed request; the server's own words stand between them.
export function explainFailure(error: ApiError, t: UiTexts): [title: string, cure: string] {
  switch (error.status) {
    case 0:
      return [t.goneTitle, t.goneCure];
    case 403:
      return [t.forbiddenTitle, t.forbiddenCure];
    case 404:
      return [t.notFoundTitle, ""];
    case 413:
      return [t.tooLargeTitle, t.tooLargeCure];
    case 429:
      return [t.busyTitle, t.busyCure];
    case 503:
      return [t.unavailableTitle, t.unavailableCure];
    case 504:
      return [t.lateTitle, ""];
    default:
      return error.status >= 400 && error.status < 500 ? [t.refusedTitle, ""] : [t.failedTitle, t.failedCure];
  }
}

// `retries`: whoever shows this tries again by itself where that may help.
export function Failure({ error, onRetry, retries }: { error: ApiError; onRetry?: () => void; retries?: boolean }) {
  const t = useTexts(uiTexts);
  const language = useLanguage();
  const [title, cure] = explainFailure(error, t);
  const seconds = error.retryAfterS;
  const hope = !retries || !error.passes ? "" : seconds ? t.retryingIn(String(seconds)) : t.retrying;
  return (
    <div role="alert">
      <Notice tone={error.passes ? "warn" : "bad"} title={title} text={[cure, hope].filter(Boolean).join(language === "zh" ? "" : " ")}>
        {error.status > 0 && error.message && <p class="notice__detail">{error.message}</p>}
        {error.requestId && (
          <p class="hint">
            {t.requestId} <code>{error.requestId}</code>
          </p>
        )}
        {onRetry && (
          <button class="button" type="button" onClick={onRetry}>
            {t.again}
          </button>
        )}
      </Notice>
    </div>
  );
}
