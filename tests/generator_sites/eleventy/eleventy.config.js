export default function (config) {
  config.addFilter("iso", (date) => new Date(date).toISOString());
}
