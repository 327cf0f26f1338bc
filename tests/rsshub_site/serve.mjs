// The real RSSHub with one route of ours, `/guidang/COUNT`, that needs no network.
import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { init, registerRoute } from "rsshub";

const handler = (ctx) => ({
  title: "江海新闻",
  link: "https://news.example.cn/",
  item: Array.from({ length: Number(ctx.req.param("count")) }, (_, number) => ({
    title: `第${number}条新闻`,
    link: `https://news.example.cn/${number}`,
    description: "正文".repeat(900),
    pubDate: new Date(1646000000000 + number * 3600000),
  })),
});

await init({ CACHE_TYPE: "memory", LOGGER_LEVEL: "error", NO_LOGFILES: "true" });
const example = "/guidang/3";
await registerRoute("guidang", { path: "/:count", name: "test", maintainers: [], example, handler });

// The package gives answers in JSON, and hides the app that serves them: it is found by its import.
const folder = new URL("./node_modules/rsshub/dist-lib/", import.meta.url);
const text = readFileSync(new URL("pkg.mjs", folder), "utf8");
const [, setConfig, config] = /import \{ (\w+) as setConfig \} from "(\.\/config-[^"]+)"/.exec(text);
const [, file] = /import\("(\.\/app-[^"]+)"\)/.exec(text);
(await import(new URL(config, folder)))[setConfig]({ IS_PACKAGE: "" });
const app = (await import(new URL(file, folder))).default;
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (info) => console.log(`PORT ${info.port}`));
