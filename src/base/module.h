#pragma once

#include <string>

namespace heed {

// A library of ours that a program opens when it first needs it, because it brings another library that is
// slow to load or disagrees with one that the program has.
struct Module {
  std::string file;   // "libheed_NAME.so", in the program's own folder or in ../lib beside it
  std::string entry;  // a C function without arguments that the module exports
  // A function of another copy of what the module brings: where the program already has it, the module sees
  // its own symbols first. Empty: no such function.
  std::string rival;
};

// Opens the module for the rest of the process, its symbols seen by nobody else, and returns its entry.
// Throws not_found naming the folders, unavailable where it cannot be loaded, corrupt_data where it lacks the
// entry.
void* open_module(const Module& module);

}  // namespace heed
