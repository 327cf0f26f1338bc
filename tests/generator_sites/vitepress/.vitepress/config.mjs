export default {
  title: "归档",
  lang: "zh",
  cleanUrls: false,
  ignoreDeadLinks: false,
  transformHead: ({ pageData: { frontmatter: post } }) => post.source_feed && [
    ["meta", { name: "date", content: new Date(post.date).toISOString() }],
    ["meta", { name: "author", content: post.author }],
    ["meta", { name: "keywords", content: (post.tags ?? []).join("\n") }],
  ],
};
