using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RIL.Tests.Web.Rest;

/// <summary>Files as people upload them, and the upload itself.</summary>
internal static class Upload
{
    /// <summary>The smallest picture: one grey pixel.</summary>
    public static byte[] Picture { get; } = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    /// <summary>A row that can be used.</summary>
    public static string Row(string id, string picture = "a.png") => JsonSerializer.Serialize(new { id, prompt = $"<image> what is in {id}?", images = new[] { picture }, answer = "four", question_type = "count" });

    /// <summary>A zip of files by name.</summary>
    public static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name);
                if (name.EndsWith(".link", StringComparison.Ordinal)) entry.ExternalAttributes = 0xA000 << 16;
                using Stream stream = entry.Open();
                stream.Write(content);
            }
        }
        return memory.ToArray();
    }

    /// <summary>Rows with one picture, as a zip.</summary>
    public static byte[] Rows(params string[] rows) => Zip(("rows.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', rows))), ("a.png", Picture));

    public static byte[] Gzip(byte[] content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return memory.ToArray();
    }

    /// <summary>Sends a file as the body; gives the answer's status and JSON.</summary>
    public static async Task<(HttpStatusCode Status, JsonObject Body)> Send(HttpClient client, string path, byte[] file)
    {
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpResponseMessage answer = await client.PostAsync($"/api/v1/{path}", content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject());
    }
}
