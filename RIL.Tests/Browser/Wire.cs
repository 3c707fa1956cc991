using System.Net;
using System.Net.Sockets;

namespace RIL.Tests.Browser;

/// <summary>
/// The network between a browser and a site, which a test can cut: nothing is answered or refused any more, bytes just stop, as where a cable is pulled. Playwright's own
/// offline mode leaves open web sockets alone.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Uri _site;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Wire(Uri site)
    {
        _site = site;
        _whole.SetResult();
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = Accept();
    }

    /// <summary>Where the browser goes.</summary>
    public Uri Address { get; }

    /// <summary>From now on no byte comes through, in either direction.</summary>
    public void Cut() => _whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What waited comes through.</summary>
    public void Mend() => _whole.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private async Task Accept()
    {
        var open = new List<Task>();
        try
        {
            while (true) open.Add(Join(await _listener.AcceptTcpClientAsync(_ending.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task Join(TcpClient browser)
    {
        using (browser)
        using (var site = new TcpClient())
        {
            try
            {
                await _whole.Task.WaitAsync(_ending.Token);
                await site.ConnectAsync(_site.Host, _site.Port, _ending.Token);
                await Task.WhenAny(Pump(browser.GetStream(), site.GetStream()), Pump(site.GetStream(), browser.GetStream()));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // Either side has gone.
            }
        }
    }

    private async Task Pump(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, _ending.Token)) > 0)
            {
                await _whole.Task.WaitAsync(_ending.Token);
                await to.WriteAsync(buffer.AsMemory(0, count), _ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }
}
