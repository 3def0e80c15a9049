import type { Alignment } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import { texts } from "./strings";

interface HeatMapProps {
  alignment: Alignment;
  active: number;
  onActive(row: number): void;
}

// A table, not a picture: its words can be read aloud, searched and enlarged. Rows are words of the translation, columns of the
// source; the more amber a cell, the more weight.
export function HeatMap({ alignment: { source, target, weights }, active, onActive }: HeatMapProps) {
  const t = useTexts(texts);
  return (
    <div class="heat-map-room">
      <div class="heat-map" role="region" aria-label={t.heatMap} tabIndex={0} style={{ "--columns": source.length }}>
        <table>
          <caption class="visually-hidden">{t.heatMap}</caption>
          <thead>
            <tr>
              <td />
              {source.map((word, i) => (
                <th key={i} scope="col">
                  <span>{word}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {target.map((word, i) => (
              <tr key={i} class={i === active ? "is-active" : undefined} onMouseEnter={() => onActive(i)}>
                <th scope="row">{word}</th>
                {source.map((from, j) => (
                  <Cell key={j} label={`${word} ← ${from}`} weight={weights[i]![j]!} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Cell({ label, weight }: { label: string; weight: number }) {
  const f = useFormats();
  const share = f.percent(weight);
  return (
    <td style={{ "--weight": weight }} title={`${label} ${share}`}>
      <span class="visually-hidden">{share}</span>
    </td>
  );
}
