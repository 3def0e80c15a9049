import { serverKey } from "../api/key";
import { useObservable } from "../api/observable";
import { offeredRoutes } from "../api/offered";
import { statusState, type StatusState } from "../api/status";
import { useLanguage, useTexts } from "../i18n/language";
import type { SameShape } from "../i18n/translations";
import { pages } from "../pages";
import { Segmented } from "../ui/segmented";
import { kThemes, preferences } from "./preferences";
import { href } from "./route";
import { appTexts } from "./strings";

export function Sidebar({ page }: { page: string }) {
  const t = useTexts(appTexts);
  const language = useLanguage();
  const routes = useObservable(offeredRoutes);
  const shown = pages.filter(({ name, needs }) => !needs || name === page || routes?.has(needs));
  return (
    <header class="sidebar">
      <a class="brand" href={href("overview")}>
        <span class="brand__mark">Heed</span>
      </a>
      <nav class="nav" aria-label={t.pages}>
        <ul>
          {shown.map(({ name, title }) => (
            <li key={name}>
              <a href={href(name)} aria-current={name === page ? "page" : undefined}>
                {title[language]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ServerState />
      <Settings />
    </header>
  );
}

function describe({ status, error }: StatusState, t: SameShape<(typeof appTexts)["en"]>): [tone: string, text: string] {
  if (error?.status === 0) return ["bad", t.noAnswer];
  if (error?.status === 401) return ["warn", t.locked];
  if (!status) return ["", t.connecting];
  if (status.draining) return ["warn", t.draining];
  return status.ready ? ["good", t.ready] : ["warn", t.notReady];
}

function ServerState() {
  const t = useTexts(appTexts);
  const state = useObservable(statusState);
  const [tone, text] = describe(state, t);
  return (
    <p class="server-state">
      <span class={`dot dot--${tone}`} aria-hidden="true" />
      <span class="visually-hidden">{t.serverState}: </span>
      {text}
      {state.status && <span class="server-state__version">{state.status.version}</span>}
    </p>
  );
}

function Settings() {
  const t = useTexts(appTexts);
  const { language, theme } = useObservable(preferences);
  const { key } = useObservable(serverKey);
  return (
    <div class="settings" role="group" aria-label={t.settings}>
      <Segmented
        name="language"
        label={t.language}
        value={language}
        options={[
          { value: "en", text: "English", lang: "en" },
          { value: "zh", text: "中文", lang: "zh-CN" },
        ]}
        onChange={(value) => preferences.change({ language: value })}
      />
      <Segmented
        name="theme"
        label={t.theme}
        value={theme}
        options={kThemes.map((value) => ({ value, text: t[value] }))}
        onChange={(value) => preferences.change({ theme: value })}
      />
      {key && (
        <button class="button button--quiet" type="button" onClick={() => serverKey.enter("")}>
          {t.forgetKey}
        </button>
      )}
    </div>
  );
}
