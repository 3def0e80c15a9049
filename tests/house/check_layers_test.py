"""The layer check must catch what it is there for."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import check_layers  # noqa: E402


def problems_of(files):
    """What the check says about a tree that holds only `files`, a map from path to text."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_layers.check(Path(folder))


class CheckLayers(unittest.TestCase):
    def test_this_checkout_follows_the_table(self):
        self.assertEqual(check_layers.check(ROOT), [])

    def test_every_folder_may_include_only_folders_above_it(self):
        above = set()
        for folder, allowed in check_layers.FOLDERS.items():
            self.assertLessEqual(set(allowed), above, folder)
            above.add(folder)

    def test_training_and_serving_never_include_each_other(self):
        for one, other in (("train", "infer"), ("infer", "train")):
            problems = problems_of({f"src/{one}/a.cpp": f'#include "base/error.h"\n#include "{other}/b.h"\n'})
            self.assertEqual(len(problems), 1)
            self.assertTrue(problems[0].startswith(f"src/{one}/a.cpp:2: {one}/ may not include"), problems[0])

    def test_an_include_upwards_names_file_line_and_what_is_allowed(self):
        problems = problems_of({"src/data/a.h": '#pragma once\n\n#include "model/config.h"\n'})
        self.assertEqual(problems, ['src/data/a.h:3: data/ may not include "model/config.h"; '
                                    "it may include data, base, text"])

    def test_a_library_stays_in_its_folders(self):
        for header, file in (("torch/torch.h", "infer/a.cpp"), ("dnnl.hpp", "train/a.cpp"),
                             ("hwy/highway.h", "infer/a.cpp"), ("CLI/CLI.hpp", "model/a.cpp"),
                             ("torch/torch.h", "cli/translate_command.cpp")):
            self.assertEqual(len(problems_of({f"src/{file}": f"#include <{header}>\n"})), 1, (header, file))
            self.assertEqual(len(problems_of({f"src/{file}": f'#include "{header}"\n'})), 1, (header, file))

    def test_a_library_is_welcome_in_its_folders(self):
        self.assertEqual(problems_of({"src/train/a.cpp": "#include <torch/torch.h>\n",
                                      "src/infer/a.cpp": "#include <dnnl.hpp>\n",
                                      "src/kernels/a.cpp": "#include <hwy/highway.h>\n",
                                      "src/cli/train_main.cpp": '#include <CLI/CLI.hpp>\n#include "tune/run.h"\n',
                                      "src/base/a.cpp": "#include <sys/stat.h>\n#include <vector>\n"}), [])

    def test_only_the_training_main_sees_training(self):
        self.assertEqual(len(problems_of({"src/cli/main.cpp": '#include "tune/run.h"\n'})), 1)
        self.assertEqual(len(problems_of({"src/cli/train_main.cpp": '#include "apps/app.h"\n'})), 1)

    def test_an_application_does_not_include_another(self):
        self.assertEqual(len(problems_of({"src/apps/support/a.cpp": '#include "apps/translate/b.h"\n'})), 1)
        self.assertEqual(problems_of({"src/apps/support/a.cpp": '#include "apps/support/b.h"\n#include "apps/app.h"\n'}), [])

    def test_unknown_libraries_folders_and_unrooted_headers_are_found(self):
        self.assertEqual(len(problems_of({"src/base/a.cpp": "#include <curl/curl.h>\n"})), 1)
        self.assertEqual(len(problems_of({"src/base/a.cpp": '#include "error.h"\n'})), 1)
        self.assertEqual(len(problems_of({"src/misc/a.cpp": "\n"})), 1)

    def test_a_link_that_the_table_does_not_allow_is_found(self):
        found = problems_of({"src/infer/CMakeLists.txt": "heed_library(infer USES base train LINKS DNNL::dnnl)\n"})
        self.assertEqual(len(found), 1)
        self.assertIn("infer may not link train", found[0])


if __name__ == "__main__":
    unittest.main()
