import { useFormats, useTexts } from "../../i18n/language";
import type { Answer } from "./use_answer";
import { texts } from "./strings";

// Under an answer: how long it took, or that it is being asked for.
export function Progress({ asking, tookMs }: Answer<unknown>) {
  const t = useTexts(texts);
  const f = useFormats();
  return <p class="hint">{asking ? t.asking : tookMs === undefined ? " " : t.took(f.milliseconds(tookMs))}</p>;
}
