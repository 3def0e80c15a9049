import { Fragment } from "preact";

import { useFormats, useTexts } from "../../i18n/language";
import { annotate, type Piece } from "./annotate";
import { IntentsWithCorrection } from "./correction";
import { Passages } from "./passages";
import { texts } from "./strings";
import type { ReadMessage } from "./turns";

// What Heed made of one message: what it read, what it decided, and why.
export function MessageReading({ message, tenant, labels }: { message: ReadMessage; tenant: string; labels: readonly string[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  const { action, confidence, why, passages = [], citations = [], model, version } = message;
  return (
    <div class="reading">
      <p class="reading__decision">
        {action && <span class={`tag ${action === "handover" ? "tag--warn" : "tag--good"}`}>{t[action]}</span>}
        {confidence != null && <span>{t.confidence(f.percent(confidence))}</span>}
        {model && (
          <span class="hint">
            {model}
            {version != null && `@${version}`}
          </span>
        )}
      </p>
      {why && <p class="reading__why">{why}</p>}
      <AnnotatedText message={message} />
      <IntentsWithCorrection key={message.id} message={message} tenant={tenant} labels={labels} />
      <Facts message={message} />
      {passages.length > 0 && (
        <>
          <h3>{t.passages}</h3>
          <Passages passages={passages} citations={citations} />
        </>
      )}
    </div>
  );
}

function AnnotatedText({ message: { text, attention, entities = [] } }: { message: ReadMessage }) {
  const t = useTexts(texts);
  const words = attention?.words ?? [];
  return (
    <>
      <h3>{words.length > 0 ? t.attentionOn : t.message}</h3>
      <p class="marked reading__text">
        {annotate(text, words, entities).map(({ entity, pieces }, i) =>
          entity ? (
            <span key={i} class="entity">
              <Pieces pieces={pieces} />
              <span class="entity__name">{entity.entity}</span>
            </span>
          ) : (
            <Pieces key={i} pieces={pieces} />
          ),
        )}
      </p>
    </>
  );
}

function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  const f = useFormats();
  return (
    <>
      {pieces.map(({ text, strength, weight }, i) =>
        weight === undefined ? (
          <Fragment key={i}>{text}</Fragment>
        ) : (
          <mark key={i} style={{ "--weight": strength }} title={f.percent(weight)}>
            {text}
          </mark>
        ),
      )}
    </>
  );
}

// Entities of this message, and the slots of the conversation after it.
function Facts({ message: { entities = [], slots = {} } }: { message: ReadMessage }) {
  const t = useTexts(texts);
  const f = useFormats();
  const filled = Object.entries(slots);
  if (entities.length === 0 && filled.length === 0) return null;
  return (
    <div class="reading__facts">
      {entities.length > 0 && (
        <div>
          <h3>{t.entities}</h3>
          <dl class="pairs">
            {entities.map((one, i) => (
              <Fragment key={i}>
                <dt>{one.entity}</dt>
                <dd>
                  {one.value} {one.confidence != null && <span class="hint">{f.percent(one.confidence)}</span>}
                </dd>
              </Fragment>
            ))}
          </dl>
        </div>
      )}
      {filled.length > 0 && (
        <div>
          <h3>{t.slots}</h3>
          <dl class="pairs">
            {filled.map(([name, value]) => (
              <Fragment key={name}>
                <dt>{name}</dt>
                <dd>{String(value)}</dd>
              </Fragment>
            ))}
          </dl>
        </div>
      )}
    </div>
  );
}
