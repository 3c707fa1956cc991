using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using RIL.Training;
using RIL.Web.Shell;

namespace RIL.Tests.Web.Operations;

public sealed class StartTests
{
    [Fact]
    public async Task ADatabaseOfANewerVersion_IsRefusedWithASentence_AndLeftAsItIs()
    {
        using var folder = new TemporaryFolder();
        (WebApplication app, _) = await SiteFixture.Start(folder.Path);
        await app.StopAsync(TestContext.Current.CancellationToken);
        await app.DisposeAsync();
        string file = Path.Combine(folder.Path, "ril.db");
        Execute(file, "INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Newer', '99')");

        var refused = await Assert.ThrowsAsync<InputException>(() => SiteFixture.Start(folder.Path));

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Contains("newer version of this program (it has '29990101000000_Newer'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, StartFault.Sentence(refused));
        Assert.Equal(1L, Execute(file, "SELECT count(*) FROM __EFMigrationsHistory WHERE MigrationId LIKE '2999%'"));
    }

    [Fact]
    public async Task ASettingThatCannotBe_IsNamed()
    {
        using var folder = new TemporaryFolder();
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => SiteFixture.Start(folder.Path, "Runs:Slots=65"));
        Assert.Contains("Slots", StartFault.Sentence(refused), StringComparison.Ordinal);
    }

    private static object? Execute(string file, string text)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }
}
