using System.Text.Json;

namespace RIL.Web.Accounts;

/// <summary>Sign-ins that were ended, in a file: a cookie that somebody kept does not work again after a restart. Those whose cookies have expired by themselves are forgotten.</summary>
/// <param name="file">Where they are kept.</param>
/// <param name="kept">How long a cookie can still be valid after its sign-in was ended.</param>
internal sealed class EndedSessions(string file, TimeSpan kept)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _ended = File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, DateTimeOffset>>(File.ReadAllText(file))! : [];

    /// <summary>Sign-ins that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _ended.Count;
        }
    }

    public bool Contains(string session)
    {
        lock (_lock) return _ended.ContainsKey(session);
    }

    public void Add(string session, DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (string old in _ended.Where(e => now - e.Value > kept).Select(e => e.Key).ToArray()) _ended.Remove(old);
            _ended[session] = now;
            // The file is whole at every moment, whenever the site dies.
            string beside = file + ".tmp";
            File.WriteAllText(beside, JsonSerializer.Serialize(_ended));
            File.Move(beside, file, overwrite: true);
        }
    }
}
