import { useObservable } from "../api/observable";
import { statusState } from "../api/status";
import { useTexts } from "../i18n/language";
import { Notice } from "../ui/notice";
import { appTexts } from "./strings";

// Above every page: that the server has gone, or is about to.
export function ServerBanner() {
  const t = useTexts(appTexts);
  const { status, error } = useObservable(statusState);
  let notice = null;
  if (error?.status === 0) notice = <Notice tone="bad" title={t.gone} text={t.goneCure} />;
  else if (status?.draining) notice = <Notice tone="warn" title={t.drainingTitle} text={t.drainingCure} />;
  return <div role="status">{notice}</div>;
}
