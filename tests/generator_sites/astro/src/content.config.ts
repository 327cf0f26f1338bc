import { defineCollection } from "astro:content";
import { glob } from "astro/loaders";
import { z } from "astro/zod";

const posts = defineCollection({
  loader: glob({ pattern: "**/*.md", base: "./posts" }),
  schema: z.object({
    title: z.string(),
    description: z.string(),
    pubDate: z.date(),
    updatedDate: z.date(),
    author: z.string(),
    categories: z.array(z.string()),
    tags: z.array(z.string()).default([]),
    source_feed: z.string(),
  }),
});

export const collections = { posts };
