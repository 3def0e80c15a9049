"""./dev says what it can do, refuses what it cannot, and names the packages where it may not install them."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "dirname", "awk", "cat", "id")


def dev(*arguments, path=None):
    environment = dict(os.environ, **({"PATH": path} if path else {}))
    environment.pop("HEED_HAVE_PACKAGES", None)
    return subprocess.run(["/bin/bash", str(ROOT / "dev"), *arguments], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def folder_of_tools(folder, **scripts):
    """A PATH with a few real tools and the given fake ones: name=shell text."""
    for tool in TOOLS:
        target = subprocess.run(["bash", "-c", f"type -P {tool}"], text=True, stdout=subprocess.PIPE).stdout.strip()
        os.symlink(target, Path(folder) / tool)
    for name, text in scripts.items():
        file = Path(folder) / name.replace("_", "-")
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/bash\n{text}\n")
        file.chmod(0o755)
    return str(folder)


class Dev(unittest.TestCase):
    def test_help_names_every_command(self):
        text = dev("help").stdout
        for command in ("demo", "test", "build", "bench", "lint", "format", "sanitize", "fuzz"):
            self.assertIn(f"\n  {command} ", text)

    def test_an_unknown_command_is_refused(self):
        result = dev("frobnicate")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no command 'frobnicate'", result.stderr)

    def test_without_apt_it_names_the_packages(self):
        with tempfile.TemporaryDirectory() as folder:
            result = dev("build", path=folder_of_tools(folder))
        self.assertEqual(result.returncode, 1)
        self.assertIn("no apt", result.stderr)
        self.assertIn("libtorch-dev", result.stderr)

    def test_without_root_and_sudo_it_gives_the_command_to_run(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder_of_tools(folder, id="echo 1000", apt_get="exit 0", dpkg_query="exit 1")
            result = dev("build", path=path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("there is no sudo", result.stderr)
        self.assertIn("apt-get install --no-install-recommends git", result.stderr)

    def test_without_network_it_says_so_before_building_anything(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder_of_tools(folder, id="echo 0", apt_get="exit 100", dpkg_query="exit 1")
            result = dev("build", path=path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("no network", result.stderr)

    def test_a_command_asks_only_for_its_own_packages(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder_of_tools(folder)
            self.assertNotIn("clang", dev("build", path=path).stderr)
            self.assertIn("clang-tidy", dev("lint", path=path).stderr)


if __name__ == "__main__":
    unittest.main()
