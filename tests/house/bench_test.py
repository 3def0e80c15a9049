"""The table of results: bars are checked as they read, and the page shows what was published."""

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import bars  # noqa: E402
import harness  # noqa: E402
import results_page  # noqa: E402
import rows  # noqa: E402
import run  # noqa: E402


def measured(values):
    """Exit status and last line of a measurement of spine-parity that found `values`."""
    output = io.StringIO()
    with mock.patch.dict(run.MEASURES, {"spine-parity": lambda fresh: (values, None)}):
        with contextlib.redirect_stdout(output):
            status = run.bench("spine-parity", fresh=False, publish=False)
    return status, output.getvalue().splitlines()[-1]


@contextlib.contextmanager
def small_job():
    """A recipe, the file of its rows, and a folder for trained models that is not there yet."""
    with tempfile.TemporaryDirectory() as folder:
        recipe, rows_file = Path(folder) / "a.toml", Path(folder) / "rows.csv"
        recipe.write_text(f'[data]\nfolder = "{folder}"\ntrain = ["rows.csv"]\n')
        rows_file.write_text("text,label\n")
        yield recipe, rows_file, Path(folder) / "kept"


class Bench(unittest.TestCase):
    def test_every_row_has_a_name_of_its_own_and_a_bar(self):
        names = [row.name for section in rows.SECTIONS for row in section.rows]
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue(all(row.bar_text() for row in rows.ROWS.values()))

    def test_a_row_that_can_be_measured_has_parts_with_a_bar_among_them(self):
        for name in run.MEASURES:
            parts = rows.ROWS[name].parts
            self.assertTrue(any(part.op for part in parts), name)
            self.assertEqual(len(parts), len({part.key for part in parts}), name)

    def test_the_programs_show_the_bars_of_the_rows(self):
        self.assertIn('{"attention-decode", "in_turn", "times the read", "<=", 1.5},', bars.header())
        self.assertIn('{"attention-decode", "again", "times the read", "", 0},', bars.header())

    def test_a_bar_that_holds_exits_with_0_and_prints_the_contract_s_line(self):
        status, line = measured({"max_abs_diff": 1e-5, "cases": 12})
        self.assertEqual(status, 0)
        result = json.loads(line)
        self.assertEqual(list(result), ["name", "parts", "quality", "seconds", "command", "commit", "cpu"])
        self.assertEqual(result["parts"][0], {"key": "max_abs_diff", "value": 1e-5, "unit": "", "op": "<=",
                                              "bar": 1e-4, "limit": None, "peer": None})

    def test_a_bar_that_does_not_hold_exits_with_1(self):
        self.assertEqual(measured({"max_abs_diff": 2e-4, "cases": 12})[0], 1)

    def test_a_value_that_is_missing_holds_no_bar(self):
        self.assertEqual(measured({"cases": 12})[0], 1)

    def test_missing_data_exits_with_2_and_says_what_is_missing(self):
        def measure(_fresh):
            raise harness.Missing("/data/x is not here")
        output = io.StringIO()
        with mock.patch.dict(run.MEASURES, {"spine-parity": measure}), contextlib.redirect_stdout(output):
            self.assertEqual(run.bench("spine-parity", False, False), 2)
        self.assertIn("/data/x is not here", output.getvalue())

    def test_a_row_of_a_later_part_says_that_it_is_not_measured_yet(self):
        output = io.StringIO()
        with mock.patch.dict(run.MEASURES), contextlib.redirect_stdout(output):
            run.MEASURES.pop("loop-day", None)
            self.assertEqual(run.bench("loop-day", False, False), 2)
        self.assertIn("not measured yet", output.getvalue())

    def test_an_unknown_row_is_refused(self):
        done = subprocess.run([sys.executable, ROOT / "bench/run.py", "loop-dya"], text=True, stdout=subprocess.PIPE)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no row 'loop-dya'", done.stdout)

    def test_the_page_is_what_the_bars_and_the_published_figures_make(self):
        self.assertEqual((ROOT / "docs/results.md").read_text(encoding="utf-8"), results_page.render())

    def test_a_trained_model_is_known_by_recipe_settings_and_data(self):
        with small_job() as (recipe, rows_file, _):
            first = harness.recipe_hash(recipe, [])
            self.assertEqual(harness.recipe_hash(recipe, []), first)
            self.assertNotEqual(harness.recipe_hash(recipe, ["train.seed=2"]), first)
            rows_file.write_text("text,label\nhello,greeting\n")
            self.assertNotEqual(harness.recipe_hash(recipe, []), first)

    def test_a_served_model_is_known_whatever_code_trained_it_but_not_on_other_data(self):
        with small_job() as (recipe, rows_file, kept):
            old = kept / "of-older-code"
            old.mkdir(parents=True)
            (old / "run.json").write_text(json.dumps({"job": harness.job_hash(recipe, [])}))
            with mock.patch.object(harness, "KEPT", kept), mock.patch.object(harness, "build"), \
                    mock.patch.object(harness, "trained", return_value="trained anew"):
                self.assertEqual(harness.served(recipe, []), old)
                self.assertEqual(harness.served(recipe, [], fresh=True), "trained anew")
                self.assertEqual(harness.served(recipe, ["train.seed=2"]), "trained anew")
                rows_file.write_text("text,label\n你好,问候\n")
                self.assertEqual(harness.served(recipe, []), "trained anew")


if __name__ == "__main__":
    unittest.main()
