#include "base/module.h"

#include <filesystem>

#include <dlfcn.h>

#include "base/error.h"

namespace heed {
namespace {

std::filesystem::path find_file(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const auto& candidate : {folder / file, folder.parent_path() / "lib" / file}) {
    if (std::filesystem::exists(candidate)) return candidate;
  }
  throw Error(ErrorCode::not_found, file + ": expected it in " + folder.string() + " or " +
                                        (folder.parent_path() / "lib").string() +
                                        ", found it in neither; copy it beside the program");
}

using Open = void* (*)(const char*, int);

// The sanitizers' own dlopen ends the program at RTLD_DEEPBIND, for fear of a second malloc. The module names
// the sanitizer's library first among those it needs, so its malloc is still found there; ask the C library
// directly.
Open open_function() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  if (void* c_library = ::dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD)) {
    if (void* open = ::dlsym(c_library, "dlopen")) return reinterpret_cast<Open>(open);
  }
#endif
  return ::dlopen;
}

void* open_library(const std::filesystem::path& path, const std::string& rival) {
  const bool has_rival = !rival.empty() && ::dlsym(RTLD_DEFAULT, rival.c_str()) != nullptr;
  const int flags = RTLD_NOW | RTLD_LOCAL;
  void* library =
      has_rival ? open_function()(path.c_str(), flags | RTLD_DEEPBIND) : ::dlopen(path.c_str(), flags);
  if (library == nullptr) {
    throw Error(ErrorCode::unavailable, path.string() + ": cannot be loaded: " + ::dlerror());
  }
  return library;
}

}  // namespace

void* open_module(const Module& module) {
  const std::filesystem::path path = find_file(module.file);
  void* entry = ::dlsym(open_library(path, module.rival), module.entry.c_str());
  if (entry == nullptr) {
    throw Error(ErrorCode::corrupt_data, path.string() + ": expected Heed's module, found another library");
  }
  return entry;
}

}  // namespace heed
