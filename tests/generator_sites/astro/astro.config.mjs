import { defineConfig } from "astro/config";

export default defineConfig({ site: "https://archive.example.cn", devToolbar: { enabled: false } });
