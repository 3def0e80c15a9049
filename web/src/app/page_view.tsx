import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { useLanguage, useTexts } from "../i18n/language";
import { pages } from "../pages";
import type { PageProps } from "../pages/page";
import { Notice } from "../ui/notice";
import { href, type Route } from "./route";
import { appTexts } from "./strings";

type State = { state: "loading" } | { state: "failed" } | { state: "ready"; Page: ComponentType<PageProps> };

// The page that the address names; its module is loaded when it is first shown.
export function PageView({ route }: { route: Route }) {
  const entry = pages.find(({ name }) => name === route.page);
  const t = useTexts(appTexts);
  const language = useLanguage();
  const [view, setView] = useState<State>({ state: "loading" });

  useEffect(() => {
    document.title = entry ? `${entry.title[language]} · Heed` : "Heed";
  }, [entry, language]);
  useEffect(() => {
    entry?.load().then(
      ({ default: Page }) => setView({ state: "ready", Page }),
      () => setView({ state: "failed" }),
    );
  }, [entry]);

  if (!entry) {
    return (
      <Notice title={t.noPage} text={t.noPageCure} heading="h1">
        <a class="button" href={href("overview")}>
          {t.toOverview}
        </a>
      </Notice>
    );
  }
  if (view.state === "loading") return <p class="loading">{t.loading}…</p>;
  if (view.state === "failed") {
    return (
      <Notice tone="bad" title={t.loadFailed} text={t.loadFailedCure} heading="h1">
        <button class="button" type="button" onClick={() => location.reload()}>
          {t.loadAgain}
        </button>
      </Notice>
    );
  }
  return <view.Page path={route.path} query={route.query} />;
}
