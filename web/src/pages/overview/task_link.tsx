import { taskHref } from "./attention";

export function TaskLink({ task }: { task: string }) {
  return <a href={taskHref(task)}>{task}</a>;
}
