import { useEffect, useState } from "preact/hooks";

import { previewSlate, readHistory, readOffer, type Offer, type Slate, type SlateItem, type Wishes } from "../../api/recommend";
import { useResource } from "../../api/resource";
import { href } from "../../app/route";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import type { PageProps } from "../page";
import { diversitiesWith, moves, sameWishes, wishesOf } from "./figures";
import { Frontier } from "./frontier";
import { History } from "./history";
import { Nobody, NoModel } from "./no_model";
import "./page.css";
import { PersonField } from "./person_field";
import { SlateList } from "./slate";
import { texts } from "./strings";
import { WishesPanel } from "./wishes";

const kPlaces = 10;

export default function RecommendPage({ query }: PageProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const offer = useResource(readOffer, []);
  const isOff = offer.error?.status === 404 || (offer.error?.status === 503 && offer.error.message.includes("model of sequences"));
  const user = query["user"] || offer.data?.some[0] || "";
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
          {offer.data && (
            <ul class="facts">
              <li>{t.items(f.integer(offer.data.items))}</li>
              <li>{t.people(f.integer(offer.data.people))}</li>
            </ul>
          )}
        </div>
        {offer.data && <PersonField user={user} some={offer.data.some} />}
      </div>
      {isOff && <NoModel />}
      {offer.error && !isOff && <Failure error={offer.error} onRetry={offer.reload} retries />}
      {offer.data && !user && <Nobody />}
      {offer.data && user && <Person key={user} user={user} offer={offer.data} />}
    </>
  );
}

// One person's history and slate. Everything that is moved starts anew with the next person.
function Person({ user, offer }: { user: string; offer: Offer }) {
  const t = useTexts(texts);
  const own = wishesOf(offer);
  const [wishes, setWishes] = useState<Wishes>(own);
  const [supposed, setSupposed] = useState<{ id: string; title: string }[]>([]);
  const [pointed, setPointed] = useState({ item: "" });
  const [shown, setShown] = useState<{ slate: Slate; wishes: Wishes }>();
  const session = supposed.map(({ id }) => id);
  const isMoved = !sameWishes(wishes, own);

  const history = useResource((signal) => readHistory(user, signal), [user]);
  const ask = (wanted: Wishes, frontier: number[]) => (signal: AbortSignal) => previewSlate({ user, wishes: wanted, places: kPlaces, frontier, session }, signal);
  const slate = useResource(ask(wishes, diversitiesWith(wishes.diversity)), [JSON.stringify([wishes, session])]);
  const plain = useResource(ask(own, []), [JSON.stringify(session)]);
  // While the next is on its way the one before stays.
  useEffect(() => {
    if (slate.data) setShown({ slate: slate.data, wishes });
  }, [slate.data]);

  const suppose = ({ id, title }: SlateItem) => setSupposed([...supposed, { id, title }]);
  const now = slate.data ? { slate: slate.data, wishes } : shown;
  return (
    <div class="recommend">
      <div class="recommend__aside">
        <WishesPanel offer={offer} wishes={wishes} onChange={setWishes} />
        {history.error && <Failure error={history.error} onRetry={history.reload} />}
        {history.data && (
          <History
            events={history.data.events}
            supposed={supposed}
            because={now?.slate.because ?? []}
            pointed={pointed}
            onTakeBack={(id) => setSupposed(supposed.filter((one) => one.id !== id))}
          />
        )}
        <p class="hint">
          <a href={href("events", [], { app: "recommend", subject: user })}>{t.logged}</a>
        </p>
      </div>
      <div class="recommend__main">
        {slate.error && <Failure error={slate.error} onRetry={slate.reload} />}
        {!now && !slate.error && <p class="loading">{t.loading}</p>}
        {now && (
          <>
            <SlateList
              items={now.slate.items}
              moves={isMoved && plain.data ? moves(now.slate.items, plain.data.items) : undefined}
              isOld={slate.loading && !slate.data}
              onPoint={(item) => setPointed({ item })}
              onSuppose={suppose}
            />
            {now.slate.frontier && now.slate.items.length > 1 && <Frontier points={now.slate.frontier} diversity={now.wishes.diversity} />}
            <p class="hint">
              <a href={href("models", [`${now.slate.model}@${now.slate.version}`])}>{t.model(`${now.slate.model}@${now.slate.version}`)}</a>
            </p>
          </>
        )}
      </div>
    </div>
  );
}
