using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Pages;
using RIL.Web.Shell;

var builder = WebApplication.CreateBuilder(ContentRoot.Options(args));
builder.AddShell();
builder.AddApi();
builder.AddData();
builder.AddAccounts();
builder.AddRuns();
builder.AddLive();
builder.AddRunPage();

var app = builder.Build();
await app.PrepareDatabase();
app.UseShell();
app.UseApi();
app.MapAccounts();
app.MapRuns();
app.MapApi();
app.MapLive();
app.MapRunPage();
app.MapShell();
await app.RunAsync();
