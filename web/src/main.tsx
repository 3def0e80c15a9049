import { render } from "preact";

import { App } from "./app/app";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";

render(<App />, document.getElementById("app")!);
