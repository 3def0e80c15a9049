import { useState } from "preact/hooks";

import { allocate, type Allocation } from "../../api/economy";
import { useResource } from "../../api/resource";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Slider } from "../../ui/slider";
import { Table } from "../../ui/table";
import { problem as example } from "./examples";
import { texts } from "./strings";

const kMostMinutes = 90;

// Who gets what within everybody's minutes, which are sliders.
export function AllocationSection() {
  const t = useTexts(texts);
  const f = useFormats();
  const [problem, setProblem] = useState(example);
  const answer = useResource((signal) => allocate(problem, signal), [JSON.stringify(problem)]);
  const [last, setLast] = useState<Allocation | undefined>();
  if (answer.data && answer.data !== last) setLast(answer.data);
  const shown = answer.data ?? last;
  const change = (person: string, minutes: number) =>
    setProblem({ ...problem, people: problem.people.map((one) => (one.person === person ? { ...one, minutes } : one)) });
  return (
    <section>
      <h2>{t.allocation}</h2>
      <p class="hint">{t.allocationText}</p>
      <div class="sliders">
        {problem.people.map(({ person, minutes }) => (
          <Slider
            key={person}
            label={t.minutesOf(person)}
            value={minutes}
            most={kMostMinutes}
            text={f.integer(minutes)}
            onChange={(value) => change(person, value)}
          />
        ))}
      </div>
      {answer.error && <Failure error={answer.error} onRetry={answer.reload} />}
      {shown && (
        <>
          <p role="status">
            {t.value} <strong>{f.metric(shown.value)}</strong> <span class="hint">{t.bound(f.metric(shown.bound))}</span>
          </p>
          <div class="economy-split">
            <Table
              label={t.allocation}
              columns={[
                { title: t.person, cell: (row) => row.person },
                { title: t.item, cell: (row) => row.item },
                { title: t.times, number: true, cell: (row) => f.metric(row.amount) },
                { title: t.minutes, number: true, cell: (row) => f.metric(row.minutes) },
                { title: t.value, number: true, cell: (row) => f.metric(row.value) },
              ]}
              rows={merged(shown.choices)}
              rowKey={(row) => `${row.person} ${row.item}`}
            />
            <div>
              <Table
                label={t.minutePrice}
                columns={[
                  { title: t.person, cell: (row) => row.person },
                  { title: t.minutePrice, number: true, cell: (row) => f.metric(row.minute) },
                ]}
                rows={shown.people}
                rowKey={(row) => row.person}
              />
              <Table
                label={t.limits}
                columns={[
                  { title: t.limits, cell: (row) => row.limit.replace(/^item /, `${t.item} `) },
                  { title: t.used, number: true, cell: (row) => f.metric(row.used) },
                  { title: t.most, number: true, cell: (row) => f.metric(row.at_most) },
                  { title: t.price, number: true, cell: (row) => f.metric(row.price) },
                ]}
                rows={shown.limits}
                rowKey={(row) => row.limit}
              />
            </div>
          </div>
        </>
      )}
    </section>
  );
}

// The first, second and third time of an item as one row.
function merged(choices: Allocation["choices"]): Allocation["choices"] {
  const rows = new Map<string, Allocation["choices"][number]>();
  for (const one of choices) {
    const key = `${one.person} ${one.item}`;
    const before = rows.get(key);
    rows.set(
      key,
      before ? { ...before, amount: before.amount + one.amount, minutes: before.minutes + one.minutes, value: before.value + one.value } : one,
    );
  }
  return [...rows.values()];
}
