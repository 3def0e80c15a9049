import { useState } from "preact/hooks";

import { bestFlow, type Flow, type Network } from "../../api/economy";
import { useResource } from "../../api/resource";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Sankey } from "../../ui/sankey";
import { Slider } from "../../ui/slider";
import { Table } from "../../ui/table";
import { network as example } from "./examples";
import { budgetsOf, drawable, withBudget } from "./figures";
import { texts } from "./strings";

const kKinds = ["source", "task", "channel", "item", "user"];

// The network, its budgets as sliders, and what one more unit would bring. Each move is solved by the server.
export function NetworkSection() {
  const t = useTexts(texts);
  const f = useFormats();
  const [base, setBase] = useState<Network>(example);
  const [network, setNetwork] = useState<Network>(example);
  const flow = useResource((signal) => bestFlow(network, signal), [JSON.stringify(network)]);
  const [last, setLast] = useState<Flow | undefined>();
  if (flow.data && flow.data !== last) setLast(flow.data);
  const shown = flow.data ?? last; // While the next is computed the one before stays.
  return (
    <section>
      <h2>{t.network}</h2>
      <p class="hint">{t.networkText}</p>
      {flow.error && <Failure error={flow.error} onRetry={flow.reload} />}
      <div class="economy-split">
        <div>
          {shown && <Drawing flow={shown} />}
          {shown && (
            <p role="status">
              {t.value} <strong>{f.metric(shown.value)}</strong>
            </p>
          )}
        </div>
        <div class="sliders">
          {budgetsOf(base).map((budget) => {
            const node = network.nodes[budget.node]!;
            const amount = node[budget.field] ?? 0;
            return (
              <Slider
                key={`${node.name} ${budget.field}`}
                label={t[budget.field](node.name)}
                value={amount}
                most={budget.most}
                text={f.integer(amount)}
                onChange={(value) => setNetwork(withBudget(network, budget, value))}
              />
            );
          })}
        </div>
      </div>
      {shown && <Prices flow={shown} network={network} />}
      <Own
        onTake={(own) => {
          setBase(own);
          setNetwork(own);
          setLast(undefined);
        }}
      />
    </section>
  );
}

function Drawing({ flow }: { flow: Flow }) {
  const t = useTexts(texts);
  const f = useFormats();
  const links = drawable(flow.edges).map((link) => {
    const edge = flow.edges.find(({ from, to }) => from === link.source && to === link.target);
    return { ...link, text: `${t.edge(link.source, link.target)}: ${f.metric(link.value)} · ${t.price} ${f.metric(edge?.price)}` };
  });
  const drawn = new Set(links.flatMap(({ source, target }) => [source, target]));
  const nodes = flow.nodes.filter(({ name }) => drawn.has(name));
  return (
    <Sankey
      label={t.networkLabel}
      nodes={nodes.map(({ name, kind, flow: units, price }) => ({
        name,
        colour: Math.max(kKinds.indexOf(kind), 0),
        text: `${name}: ${f.metric(units)} · ${t.price} ${f.metric(price)}`,
      }))}
      links={links}
    />
  );
}

function Prices({ flow, network }: { flow: Flow; network: Network }) {
  const t = useTexts(texts);
  const f = useFormats();
  const name = ({ limit, from, to }: Flow["bottlenecks"][number]) =>
    limit === "edge" ? t.edge(from, to) : limit === "node" ? t.node(from) : limit === "supply" ? t.ofSupply(from) : t.ofDemand(from);
  // A node that neither begins nor ends anything has no such budget to raise.
  const rows = flow.bottlenecks.filter(({ limit, from }) => {
    const node = network.nodes.find((one) => one.name === from);
    return limit === "supply" ? node?.supply !== undefined : limit === "demand" ? node?.demand !== undefined : true;
  });
  if (rows.length === 0) return <p class="hint">{t.unbound}</p>;
  return (
    <>
      <h3>{t.bottlenecks}</h3>
      <Table
        label={t.bottlenecks}
        columns={[
          { title: t.limit, cell: name },
          { title: t.price, number: true, cell: (row) => f.metric(row.price) },
        ]}
        rows={rows}
        rowKey={name}
      />
    </>
  );
}

function Own({ onTake }: { onTake(network: Network): void }) {
  const t = useTexts(texts);
  const [text, setText] = useState(() => JSON.stringify(example, null, 1));
  const [wrong, setWrong] = useState(false);
  const take = () => {
    try {
      const own = JSON.parse(text) as Partial<Network>;
      const good = Array.isArray(own.nodes) && Array.isArray(own.edges);
      setWrong(!good);
      if (good) onTake(own as Network);
    } catch {
      setWrong(true);
    }
  };
  return (
    <details>
      <summary>{t.own}</summary>
      <label class="economy-own">
        <span class="hint">{t.ownText}</span>
        <textarea rows={10} spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <div class="row">
        <button class="button" type="button" onClick={take}>
          {t.take}
        </button>
        {wrong && <span role="alert">{t.notJson}</span>}
      </div>
    </details>
  );
}
