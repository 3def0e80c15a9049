#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "serve/openapi.h"
#include "serve/server.h"

namespace heed::cli {
namespace {

struct Options {
  std::string config, models, host, keys, store;
  int64_t port = -1;
  std::vector<std::string> assignments;
  bool check = false, openapi = false, markdown = false, describe = false;
};

// heed.toml, then --set, then the options that stand for one key each.
serve::ServerSettings read_settings(const Options& options, serve::Applications& mounted) {
  serve::ServerSettings settings;
  Settings keys = serve::settings_of(settings);
  mounted.add_settings(keys);
  if (!options.config.empty()) keys.read_toml(options.config);
  for (const std::string& assignment : options.assignments) keys.set(assignment);
  const auto replace = [](std::string& value, const std::string& option) {
    if (!option.empty()) value = option;
  };
  replace(settings.models, options.models);
  replace(settings.host, options.host);
  replace(settings.key_file, options.keys);
  replace(settings.store_url, options.store);
  if (options.port >= 0) settings.port = options.port;
  return settings;
}

std::string scheme_of(const serve::ServerSettings& settings) {
  return settings.tls_certificate.empty() ? "http" : "https";
}

void start(const serve::ServerSettings& settings, serve::Applications mounted) {
  serve::Server server(settings, std::move(mounted));
  const bool keys = server.router().has_keys();
  spdlog::info("{} models at {}://{}:{}, page at /, {}", server.models().table()->size(), scheme_of(settings),
               settings.host, server.port(),
               keys ? "keys needed" : "no keys: reached from this machine alone");
  spdlog::info(server.describe_workers());
  server.run();
  spdlog::info("stopped");
}

void run(const Options& options) {
  if (options.openapi)
    return apps::print(serve::openapi(serve::all_routes(nullptr, applications())).dump(2) + "\n");
  if (options.markdown) return apps::print(serve::markdown(serve::all_routes(nullptr, applications())));
  serve::Applications mounted(applications());
  const serve::ServerSettings settings = read_settings(options, mounted);
  if (options.describe) {
    serve::ServerSettings described = settings;
    Settings keys = serve::settings_of(described);
    mounted.add_settings(keys);
    return apps::print(keys.describe());
  }
  if (!options.check) return start(settings, std::move(mounted));
  const std::string workers = serve::check_server(settings, std::move(mounted));
  apps::print("All is well: models, keys, event log and page can be served.\n" + workers + ".\n");
}

}  // namespace

void add_serve_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("serve", "Serve a folder of models over HTTP, with a page that shows them");
  command->add_option("--models", options->models, "Folder of model directories")->type_name("DIR");
  command->add_option("--config", options->config, "heed.toml: [server] [keys] [store] [models] [apps.NAME]")
      ->type_name("FILE");
  command->add_option("--host", options->host, "Address to listen on (127.0.0.1); another needs keys")
      ->type_name("ADDRESS");
  command->add_option("--port", options->port, "Port (8080); 0: any that is free")
      ->check(CLI::Range(0, 65535))
      ->type_name("N");
  command->add_option("--keys", options->keys, "File of keys that clients need (heed keys)")
      ->type_name("FILE");
  command->add_option("--store", options->store, "Event log: sqlite:PATH or postgresql://USER@HOST/NAME")
      ->type_name("URL");
  command->add_option("--set", options->assignments, "Override a key of the configuration; may be repeated")
      ->type_name("KEY=VALUE");
  command->add_flag("--check", options->check,
                    "Check configuration, models, keys, event log and page, and exit");
  command->add_flag("--describe", options->describe, "Print every key of the configuration and exit");
  command->add_flag("--openapi", options->openapi, "Print the description of the HTTP interface and exit");
  command->add_flag("--http-reference", options->markdown, "The same as Markdown");
  command->footer(
      "SIGTERM finishes what runs and exits; SIGHUP reads models, keys and the certificate again.\n\n"
      "Examples:\n"
      "  heed serve --models models\n"
      "  heed keys add website --scopes read,feedback --file keys.txt\n"
      "  heed serve --models models --keys keys.txt --host 0.0.0.0 --set server.workers=4\n"
      "  curl localhost:8080/v1/classify -d '{\"text\": \"my card was stolen\"}'");
  command->callback([options] { run(*options); });
}

}  // namespace heed::cli
