using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using RIL.Training;

namespace RIL.Web.Datasets;

/// <summary>The file of a request: the body itself, or the first file of a form, with the fields before it. Nothing is buffered.</summary>
/// <param name="Body">The file's bytes as they come.</param>
/// <param name="Name">What the sender calls it.</param>
/// <param name="Length">Its size where the sender says so.</param>
/// <param name="Fields">The form's fields before the file.</param>
internal sealed record UploadedFile(Stream Body, string? Name, long? Length, IReadOnlyDictionary<string, string> Fields)
{
    private const int LongestField = 10_000, MostFields = 20;

    public string? Field(string name) => Fields.TryGetValue(name, out string? value) && value.Trim().Length > 0 ? value.Trim() : null;

    public static async Task<UploadedFile> Of(HttpRequest request, CancellationToken cancellation)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return new UploadedFile(request.Body, request.Query["file"].FirstOrDefault(), request.ContentLength, fields);
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 } given ? given : throw new InputException("The form has no boundary; let the program that sends it make the header.");
        var reader = new MultipartReader(boundary, request.Body);
        while (await Next(reader, cancellation) is { } section)
        {
            if (section.GetContentDispositionHeader() is not { } disposition) continue;
            if (disposition.IsFileDisposition()) return new UploadedFile(section.Body, disposition.FileNameStar.HasValue ? disposition.FileNameStar.Value : disposition.FileName.Value, null, fields);
            if (fields.Count >= MostFields) throw new InputException($"The form has more than {MostFields} fields before the file.");
            using var text = new StreamReader(section.Body);
            var buffer = new char[LongestField];
            fields[disposition.Name.Value ?? ""] = new string(buffer, 0, await text.ReadBlockAsync(buffer, cancellation));
        }
        throw new InputException("The form holds no file; send it as a field such as file=@questions.zip, after the other fields.");
    }

    private static async Task<MultipartSection?> Next(MultipartReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InputException($"The form cannot be read ({e.Message}); let a program such as curl -F make it.", e);
        }
    }
}
