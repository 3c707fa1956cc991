using RIL.Web;

await using WebApplication app = await Site.Build(args);
await app.RunAsync();
