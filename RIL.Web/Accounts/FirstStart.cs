using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace RIL.Web.Accounts;

/// <summary>Prints the one-time link for the first administrator, as long as nobody has an account.</summary>
internal sealed class FirstStart(InvitationService invitations, IServer server, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => Print().GetAwaiter().GetResult());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // On the console, not in the log: logs are kept and shared.
    private async Task Print()
    {
        if (await invitations.FirstAdministrator() is { } secret) Console.WriteLine($"\n  Open {Address()}/start/{secret} to set the administrator's password (works once).\n");
    }

    private string Address()
    {
        string address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5000";
        return address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal).TrimEnd('/');
    }
}
