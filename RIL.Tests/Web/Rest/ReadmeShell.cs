using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RIL.Tests.Web.Rest;

/// <summary>The shell commands of README.md, run as a reader would: the first lines are replaced by this site's address and token, and runs take seconds.</summary>
internal sealed partial class ReadmeShell(Uri site, string token, string folder)
{
    private const string Address = """export RIL=http://localhost:5000/api/v1 AUTH="Authorization: Bearer ril_…" """;

    /// <summary>The blocks of bash in the README's section about scripts.</summary>
    public static IReadOnlyList<string> Blocks()
    {
        string text = File.ReadAllText(Path.Combine(SiteFixture.Root(), "README.md")).ReplaceLineEndings("\n");
        string section = text[text.IndexOf("## By script", StringComparison.Ordinal)..];
        return [.. Block().Matches(section[..section.IndexOf("\n## ", 3, StringComparison.Ordinal)]).Select(b => b.Groups[1].Value)];
    }

    /// <summary>The commands of a block one by one, each with its comment; functions and continued lines stay whole.</summary>
    public static IReadOnlyList<string> Commands(string block) =>
        [.. Continued().Replace(block, " ").Split('\n').Where(l => l.Length > 0 && l[0] != '#')];

    /// <summary>Runs commands in one shell; gives what each printed.</summary>
    public async Task<IReadOnlyList<string>> Run(IReadOnlyList<string> commands)
    {
        Assert.True(commands[0].Trim() == Address.Trim(), $"The README no longer begins with {Address}but with {commands[0]}");
        // What the README says scripts are written with.
        string bash = MachineProgram.Need("bash", "bash");
        foreach (string program in (string[])["curl", "jq"]) MachineProgram.Need(program, program);
        // A line between the outputs, as no command prints it.
        const string End = "=== end of a command ===";
        IEnumerable<string> lines = commands.Skip(1).Select(c => $"{Short(c)}\necho; echo '{End}'");
        string script = $"set -uo pipefail\nexport RIL={site}api/v1 AUTH='Authorization: Bearer {token}'\n{string.Join('\n', lines)}\n";
        var start = new ProcessStartInfo(bash) { ArgumentList = { "-s" }, WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process shell = Process.Start(start)!;
        Task<string> output = shell.StandardOutput.ReadToEndAsync(), errors = shell.StandardError.ReadToEndAsync();
        await shell.StandardInput.WriteAsync(script);
        shell.StandardInput.Close();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        try
        {
            await shell.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!shell.HasExited) shell.Kill(entireProcessTree: true);
        }
        Assert.Equal("", await errors);
        Assert.Equal(0, shell.ExitCode);
        return [.. (await output).Split(End).SkipLast(1).Select(o => o.Trim())];
    }

    // The README's own settings stay; those that make the run short are laid beside them.
    private static string Short(string command) => Body().Replace(command, found =>
    {
        JsonObject body = JsonNode.Parse(found.Groups[1].Value)!.AsObject();
        JsonObject config = JsonNode.Parse(OwnSite.TinyRun)!.AsObject();
        foreach ((string key, JsonNode? value) in body["config"]?.AsObject() ?? []) config[key] = value?.DeepClone();
        body["config"] = config;
        return $"-d '{body.ToJsonString()}'";
    });

    [GeneratedRegex("-d '(\\{.*\\})'")]
    private static partial Regex Body();

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(" *\\\\\n *")]
    private static partial Regex Continued();
}
