import { useEffect, useRef, useState } from "preact/hooks";

import { serverKey } from "../api/key";
import { useObservable } from "../api/observable";
import { watchOffer } from "../api/offered";
import { watchStatus } from "../api/status";
import { LanguageContext } from "../i18n/language";
import { pages } from "../pages";
import { KeyForm } from "./key_form";
import { PageView } from "./page_view";
import { applyPreferences, preferences } from "./preferences";
import { parseRoute, type Route } from "./route";
import { ServerBanner } from "./server_banner";
import { Sidebar } from "./sidebar";
import { SkipLink } from "./skip_link";

function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

export function App() {
  const chosen = useObservable(preferences);
  const key = useObservable(serverKey);
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const page = route.page || pages[0]!.name;
  const place = [page, ...route.path].join("/");
  const firstPlace = useRef(place);

  applyPreferences(chosen);
  useEffect(watchStatus, []);
  useEffect(watchOffer, []);
  // Who moves to another page by the keyboard or a screen reader goes on at its top.
  useEffect(() => {
    if (place === firstPlace.current) return;
    firstPlace.current = "";
    scrollTo(0, 0);
    main.current?.focus();
  }, [place]);

  return (
    <LanguageContext.Provider value={chosen.language}>
      <SkipLink main={main} />
      <div class="shell">
        <Sidebar page={page} />
        <main id="main" class="main" ref={main} tabIndex={-1}>
          <ServerBanner />
          {key.wanted ? <KeyForm /> : <PageView key={`${page} ${key.round}`} route={{ ...route, page }} />}
        </main>
      </div>
    </LanguageContext.Provider>
  );
}
