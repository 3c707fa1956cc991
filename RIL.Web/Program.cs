using RIL.Web;
using RIL.Web.Runs.Ingest;
using RIL.Web.Shell;

if (args is [ImportCommand.Verb, .. var rest]) return await ImportCommand.Run(rest);

try
{
    await using WebApplication app = await Site.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartFault.Sentence(e) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return 2;
}
