using RIL.Web;
using RIL.Web.Runs.Ingest;

if (args is [ImportCommand.Verb, .. var rest]) return await ImportCommand.Run(rest);

await using WebApplication app = await Site.Build(args);
await app.RunAsync();
return 0;
