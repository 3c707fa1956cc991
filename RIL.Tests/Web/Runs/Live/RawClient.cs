using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using RIL.Web.Runs.Live;

namespace RIL.Tests.Web.Runs.Live;

/// <summary>A client of the hub that reads when it is told to, and not before.</summary>
internal sealed class RawClient : IDisposable
{
    private const char End = '\x1e';
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _block = new byte[4096];
    private readonly StringBuilder _read = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly Queue<string> _whole = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RawClient> Connect(SiteFixture site)
    {
        var client = new RawClient();
        client._socket.Options.SetRequestHeader("Authorization", "Bearer " + await LiveRun.Token(site));
        await client._socket.ConnectAsync(new UriBuilder(new Uri(site.Address, RunHub.Path)) { Scheme = "ws" }.Uri, Cancellation);
        await client.Send("""{"protocol":"json","version":1}""");
        Assert.Equal("{}", await client.Next());
        return client;
    }

    /// <summary>Calls a method and waits for its answer.</summary>
    public async Task Call(string method, params object?[] arguments)
    {
        await Send(JsonSerializer.Serialize(new { type = 1, invocationId = "1", target = method, arguments }));
        while (!(await Next()).StartsWith("""{"type":3""", StringComparison.Ordinal)) ;
    }

    /// <summary>Reads as much as one look brings.</summary>
    public async Task ReadSome()
    {
        ValueWebSocketReceiveResult got = await _socket.ReceiveAsync(_block.AsMemory(), Cancellation);
        var text = new char[_block.Length];
        foreach (char c in text.AsSpan(0, _decoder.GetChars(_block.AsSpan(0, got.Count), text, flush: false)))
        {
            if (c != End)
            {
                _read.Append(c);
                continue;
            }
            _whole.Enqueue(_read.ToString());
            _read.Clear();
        }
    }

    /// <summary>The only run of the next live update.</summary>
    public async Task<JsonElement> NextUpdate()
    {
        while (true)
        {
            JsonElement message = JsonDocument.Parse(await Next()).RootElement;
            if (message.GetProperty("type").GetInt32() == 1) return Assert.Single(message.GetProperty("arguments")[0].EnumerateArray());
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<string> Next()
    {
        while (_whole.Count == 0) await ReadSome();
        return _whole.Dequeue();
    }

    private Task Send(string message) => _socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, true, Cancellation);
}
